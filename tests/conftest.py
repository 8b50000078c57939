"""What all tests share: signals reach them and what they start, whoever has blocked some."""

from runner.host.interrupts import let_signals_through

let_signals_through()
