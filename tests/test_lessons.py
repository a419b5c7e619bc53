"""Faults that cost money or users before, each with a test that would have caught it."""

from __future__ import annotations

import ast

import pytest

from gptchina.settings import ROOT

# The fault in a few words -> the test of today's program that goes red with it.
LESSONS = {
    "parallel claims each see the old claim": (
        "money/test_races.py::test_of_parallel_claims_one_is_granted"
    ),
    "a second claim makes a second wallet": (
        "domain/test_claims.py::test_a_claim_within_the_cooldown_is_refused_and_moves_nothing"
    ),
    "the record of a claim credits it again": (
        "domain/test_claims.py::test_of_twenty_parallel_claims_one_wins"
    ),
    "the cooldown of a test is left in": "domain/test_claims.py::test_the_cooldown_is_a_day",
    "when the first claim is due is anybody's guess": (
        "domain/test_claims.py::test_a_new_account_may_claim_at_once"
    ),
    "a claim is due too early or too late": (
        "domain/test_claims.py::test_the_next_claim_is_due_exactly_a_day_later"
    ),
    "timers ask the server again and again": (
        "browser_side/test_controls.py::test_the_claim_becomes_ready_by_itself"
    ),
    "the body is parsed before its signature is checked": (
        "api/test_webhooks.py::test_the_bytes_are_signed_not_what_they_mean"
    ),
    "a webhook that comes twice pays twice": (
        "api/test_webhooks.py::test_snapshot_and_thin_events_credit_once"
    ),
    "two kinds of event credit the same payment, after a restart too": (
        "money/test_deliveries.py::"
        "test_a_thousand_deliveries_of_a_hundred_payments_credit_each_once"
    ),
    "a failed write is answered as if it had worked": (
        "api/test_webhooks.py::test_our_own_failure_is_told_so_that_stripe_tells_again"
    ),
    "the browser or the event says how much was paid": (
        "api/test_webhooks.py::test_a_tampered_amount_in_a_signed_event_means_nothing"
    ),
    "a webhook is lost, and the buyer with it": (
        "domain/payments/test_inbox.py::test_lost_events_are_heard_and_a_second_round_does_nothing"
    ),
    "missing keys keep the program from starting": (
        "api/test_webhooks.py::test_production_without_keys_sells_nothing_and_works"
    ),
    "a route of money is open to strangers": (
        "state/test_walls.py::test_an_anonymous_visitor_reads_and_changes_nothing"
    ),
    "a purchase stands in the ledger with other tokens than were bought": (
        "domain/payments/test_truths.py::"
        "test_a_paid_order_is_credited_once_however_often_it_is_told"
    ),
    "an unknown way to pay is taken for a card": (
        "domain/payments/test_orders.py::test_a_way_that_is_not_offered_is_closed"
    ),
    "a double click buys twice": "e2e/test_buying.py::test_a_double_click_makes_one_order",
    "success is shown before anything was credited": (
        "state/test_purchase.py::test_the_word_of_a_browser_is_no_success"
    ),
    "an invoice in Bitcoin counts as paid before it is": (
        "providers/test_payments_btcpay.py::"
        "test_an_invoice_is_paid_when_it_is_settled_and_not_before"
    ),
    "a forged callback credits": (
        "providers/test_payments_btcpay.py::test_only_the_server_is_believed"
    ),
    "a redirect comes back to a page that knows nothing": (
        "e2e/test_buying.py::test_alipay_goes_away_and_comes_back_with_the_truth"
    ),
    "money on its way is called a failure": (
        "state/test_purchase.py::test_a_payment_on_its_way_is_shown_first_and_fails_into_the_choice"
    ),
    "a receipt that cannot be mailed fails the webhook": (
        "domain/payments/test_mailing.py::test_mail_that_fails_changes_nothing_of_the_webhook"
    ),
    "a page has prices of its own": (
        "domain/payments/test_packages.py::test_the_pages_have_no_table_of_their_own"
    ),
    "2.5M is written as 3M": "domain/payments/test_packages.py::test_no_label_rounds",
    "the package chosen at first is not sold any more": (
        "domain/payments/test_packages.py::test_what_is_chosen_at_first_is_offered"
    ),
    "a dated model is shown at another price than it is billed": (
        "domain/test_catalog.py::test_a_dated_name_has_the_price_of_its_model"
    ),
    "shown and billed prices come from two functions": (
        "domain/test_pricing.py::test_what_is_shown_is_what_is_charged"
    ),
    "how many chats a package buys is typed by hand": (
        "domain/test_estimates.py::"
        "test_a_typical_chat_costs_what_it_is_billed_and_a_package_buys_so_many"
    ),
    "the price of a calculation is the same for all models": (
        "domain/test_estimates.py::test_money_depends_on_model_and_package"
    ),
    "the message about too few tokens breaks on odd numbers": (
        "browser_side/test_streaming.py::test_an_unknown_code_has_a_text_and_a_shortage_a_way_out"
    ),
    "stopped answers are free": (
        "e2e/test_chat.py::test_stop_ends_the_answer_and_charges_what_came"
    ),
    "parallel answers are all admitted on one balance": (
        "money/test_races.py::test_sixty_four_turns_on_a_balance_for_ten_admit_ten"
    ),
    "the key of a payment is indexed but not unique": (
        "domain/test_ledger.py::test_a_key_is_unique_in_the_database"
    ),
    "the start balance depends on what came first": (
        "money/test_races.py::test_an_address_registers_once_and_gets_one_start_balance"
    ),
    "what is typed while an answer comes is lost": (
        "browser_side/test_composer.py::test_what_is_typed_while_a_new_chat_gets_its_id_stays"
    ),
    "Enter in the middle of pinyin sends": (
        "browser_side/test_composer.py::test_enter_of_an_input_method_does_not_send"
    ),
    "a Chinese name is too short": (
        "e2e/test_sign_in.py::test_somebody_registers_with_a_name_of_one_han_character"
    ),
    "a form is cut off on the phone": "e2e/test_buying.py::test_the_steps_fit_a_phone",
}


@pytest.mark.parametrize("test", LESSONS.values(), ids=LESSONS.keys())
def test_the_lesson_has_its_test(test):
    file, _, name = test.partition("::")
    tree = ast.parse((ROOT / "tests" / file).read_bytes())
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, functions)}
