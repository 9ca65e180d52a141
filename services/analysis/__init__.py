"""What happened, recorded and answered: two processes around one database.

    edge/frames --> recorder --> MongoDB (the record) --change stream--> projector --> DuckDB --> reports
                                                                             '--> activity, told once a second

    recorder.py    writes every frame once                  service.py     answers reports, tells activity
    record.py      how a frame is kept                      overview.py, funnel.py, buttons.py with queries/*.sql
    projector.py   keeps DuckDB in step with the record     matching.py, selectors.py   which ids a condition means
    projection.py  the DuckDB file                          intervals.py   periods in the viewer's time zone
    columns.py     frames as typed columns                  activity.py    who is there now
"""
