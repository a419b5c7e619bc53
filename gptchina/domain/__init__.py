"""Use cases in pure Python: what GPTChina does, without pages or HTTP."""
