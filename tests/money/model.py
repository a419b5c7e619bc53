"""What the ledger promises, in plain Python: no database, nothing that could run at once."""

from dataclasses import dataclass, field


@dataclass
class ModelWallet:
    """A person's tokens."""

    balance: int = 0
    held: int = 0
    claimed_at: int | None = None

    @property
    def available(self):
        return self.balance - self.held


@dataclass
class ModelTurn:
    """A turn's hold and its usage row."""

    account: int
    amount: int
    expires_at: int
    state: str = "open"
    captured: int = 0
    absorbed: int = 0
    flag: str = ""


@dataclass
class Model:
    """Every account and turn, the keys of the grants, and the time in seconds."""

    cooldown: int
    claim_amount: int
    now: int = 0
    wallets: dict[int, ModelWallet] = field(default_factory=dict)
    grants: dict[str, tuple[int, int]] = field(default_factory=dict)
    turns: dict[str, ModelTurn] = field(default_factory=dict)

    def grant(self, account, amount, key):
        """Return "moved", "repeated" or "conflict"."""
        if key in self.grants:
            return "repeated" if self.grants[key] == (account, amount) else "conflict"
        self.grants[key] = (account, amount)
        self.wallets[account].balance += amount
        return "moved"

    def claim(self, account):
        """Return 0 if the claim was granted, else the seconds until one is due."""
        wallet = self.wallets[account]
        if wallet.claimed_at is not None and self.now < wallet.claimed_at + self.cooldown:
            return wallet.claimed_at + self.cooldown - self.now
        wallet.claimed_at = self.now
        wallet.balance += self.claim_amount
        return 0

    def hold(self, turn, account, amount, lease):
        """Return "moved", "repeated", "conflict" or "refused"."""
        if turn in self.turns:
            there = self.turns[turn]
            return "repeated" if (there.account, there.amount) == (account, amount) else "conflict"
        wallet = self.wallets[account]
        if amount > wallet.available:
            return "refused"
        wallet.held += amount
        self.turns[turn] = ModelTurn(account, amount, self.now + lease)
        return "moved"

    def renew(self, turn, lease):
        """Return whether the hold was open."""
        there = self.turns[turn]
        if there.state == "open":
            there.expires_at = self.now + lease
        return there.state == "open"

    def settle(self, turn, cost):
        """Return the charge, or None if the turn had ended before."""
        there = self.turns[turn]
        if there.state != "open":
            if there.captured + there.absorbed != cost:
                there.flag = "late"
            return None
        there.captured = min(cost, there.amount)
        there.absorbed = cost - there.captured
        there.state = "settled" if there.captured else "released"
        wallet = self.wallets[there.account]
        wallet.held -= there.amount
        wallet.balance -= there.captured
        return there.captured

    def overdue(self):
        """Return the open turns past their deadline."""
        return {
            turn
            for turn, there in self.turns.items()
            if there.state == "open" and there.expires_at < self.now
        }
