"""Columns of the electorate: one row per quantity, one column per voter, float32 (struct of arrays)."""

from __future__ import annotations

FIXED = (
    "age",
    "income",
    "partisanship",
    "attention",
    "belief",
    "ideal_base",
    "potential_stake",
    "eligible",
    "contribution",
    "equity",
    "turnout_presidential",
    "turnout_midterm",
    "direct_owner",
    "employer",
    "opposed",
)
DYNAMIC = (
    "plan",
    "ira",
    "units",
    "reference",
    "ideal",
    "salience",
    "blame",
    "grievance",
    "assigned_stake",
    "visibility",
    "product",
)

AGE, INCOME, PARTISANSHIP, ATTENTION, BELIEF, IDEAL_BASE, POTENTIAL_STAKE, ELIGIBLE = range(8)
CONTRIBUTION, EQUITY, TURNOUT_PRESIDENTIAL, TURNOUT_MIDTERM, DIRECT_OWNER, EMPLOYER, OPPOSED = range(8, 15)
PLAN, IRA, UNITS, REFERENCE, IDEAL, SALIENCE, BLAME, GRIEVANCE, ASSIGNED_STAKE, VISIBILITY, PRODUCT = range(11)

PRODUCTS = ("as assigned", "single asset", "basket", "hybrid", "target-date sleeve", "own IRA fund")
"""Products by their number in column `product`; an assigned holding is the coin itself."""
ASSIGNED, SINGLE_ASSET, BASKET, HYBRID, TARGET_DATE_SLEEVE, IRA_FUND = range(6)

PRODUCT_ROWS = ("price", "price_before", "new_money", "open", "limit", "coin_share")
"""Rows of the month's table of products (float64, shape (rows, products)) that `accounts_month` reads."""
PRICE, PRICE_BEFORE, NEW_MONEY, OPEN, LIMIT, COIN_SHARE = range(6)

UNITS_OF = {
    "age": "years",
    "income": "USD a year",
    "partisanship": "logit, positive to the R party",
    "attention": "0-1",
    "belief": "ratio, mean 1",
    "ideal_base": "policy scale 0-1",
    "potential_stake": "years of income held in retirement accounts",
    "eligible": "0 or 1: has a plan or an IRA",
    "contribution": "USD a month, deferral and match",
    "equity": "share of the balance in stocks",
    "turnout_presidential": "logit",
    "turnout_midterm": "logit",
    "direct_owner": "0 or 1: owns crypto outside retirement accounts",
    "employer": "number of the employer, -1 for none",
    "opposed": "0 or 1: opposes the policy while she holds no crypto that she sees",
    "plan": "USD in the 401(k) outside crypto",
    "ira": "USD in the IRA outside crypto",
    "units": "units of the product held (price 1 at month 0)",
    "reference": "USD a unit of the product held",
    "ideal": "policy scale 0-1",
    "salience": "issue weight",
    "blame": "0-1, put on permissive policy",
    "grievance": "prospect value, positive against the D party",
    "assigned_stake": "years of income",
    "visibility": "0-1",
    "product": "0 for none or as assigned, else the number of the product held, or given up last",
}
