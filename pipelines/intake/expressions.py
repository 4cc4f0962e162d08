"""Short names for DuckDB's expressions, which are built of objects and never of text."""

from duckdb import (
    CaseExpression,
    CoalesceOperator,
    ColumnExpression,
    ConstantExpression,
    Expression,
    FunctionExpression,
)

coalesce = CoalesceOperator
call = FunctionExpression
cell = ColumnExpression
constant = ConstantExpression
when = CaseExpression
NOTHING: Expression = ConstantExpression(None).cast("VARCHAR")

__all__ = ["NOTHING", "Expression", "call", "cell", "coalesce", "constant", "when"]
