"""The reports, a module each: what is asked of queries/<report>.sql, and what is made of its rows.

A report takes a Reading and gives a Report of the contract. What they share: intervals.py (periods in the viewer's
time zone) and times.py (how long it took).
"""
