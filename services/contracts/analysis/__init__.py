"""The reports and the live activity, owned by the service `analysis`: a module each. What a number means is said where
the number is; how it is found, in `services/analysis/queries`.

scope.py      what a report is asked about: period, time zone, comparison, filters
report.py     what every report says of itself, and what every question for one holds
times.py      how long something took
activity.py   what happens now, and how far the projection is
"""
