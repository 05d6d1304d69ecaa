"""The home in a PostgreSQL database, which any number of processes on any number of machines share.

There, a sandbox is the pages of its database under a version (`rows`, `images`). A process has copies of those that it uses
(`copies`), and a transaction holds the lock of the sandbox's row: it fetches the pages that others have changed since, and writes
those that it changes (`storage`). What others have changed is heard of (`news`). `opening` finds the database, or says what is wrong.
"""
