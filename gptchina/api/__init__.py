"""Starlette routes: everything over HTTP that is not a page."""
