"""What is for sale, as the pages show it to an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gptchina.domain import catalog, estimates, payments

from .purchase_views import PackageView, StoreView, package_view

if TYPE_CHECKING:
    from gptchina.domain import accounts


def store_for(identity: accounts.Identity) -> tuple[StoreView, list[PackageView]]:
    """Return the ways to pay and the packages, counted in chats with the account's model."""
    store = payments.storefront()
    offered = catalog.offered()
    model = next((model for model in offered if model.id == identity.model), None)
    model = model or next(iter(offered), None)
    cost = estimates.typical_chat_cost(model) if model else 0
    shown = StoreView(
        loaded=True,
        ways=list(store.ways),
        publishable_key=store.publishable_key,
        script=store.script,
        test_mode=store.test_mode,
        model=model.name if model and cost else "",
    )
    packages = [
        package_view(package, estimates.chats_for(package.tokens, cost))
        for package in payments.offered_packages()
    ]
    return shown, packages
