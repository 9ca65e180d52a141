"""What happened, recorded and answered: two processes around one database.

edge/frames --> recorder --> MongoDB (the record) --change stream--> projector --> DuckDB --> reports
                                                                         '--> activity, told at once

recorder.py      writes every frame once
record.py        how a frame is kept
projector.py     keeps DuckDB in step with the record, by change_stream.py; a rebuild reads it by scanner.py
projection.py    the DuckDB file, with schema.sql, frame_rows.py, block_rows.py, parts.py, columns.py, dictionaries.py …
service.py       answers reports, tells activity
reading.py       what a report is given: a state of the projection, and the sessions it is about
choosing.py      which sessions those are, by filters
reports/         the reports, with queries/*.sql
matching.py, selectors.py             which pages, elements and names a condition means
activity.py      who is there now
configs.py       what the apps have configured
"""
