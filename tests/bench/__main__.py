"""Everything that is measured: `make bench`. Each part takes options alone: `python -m tests.bench.ingest --help`."""

from tests.bench import imports, ingest, reports, rpc

if __name__ == "__main__":
    ingest.main()
    imports.main()
    reports.main()
    rpc.main()
