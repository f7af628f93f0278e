//! The account: fills, costs, funding and margin of decisions over rows, as a state machine.
