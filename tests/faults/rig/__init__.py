"""The machine of the sweeps: command lines run in forked children, at one of whose operations something happens.

    layer    counts what a child does with files and sockets, and strikes at the n-th operation
    door     stands in front of the sandbox, and spoils one answer
    forks    runs a command line in a child of a process that has everything imported
    bench    a sandbox, a door and a workspace, and what became of an order there
    scenes   the command lines, and what each of them has to leave behind

The sweeps are beside them. `scripts/torture` runs them whole, the tests in a short form.
"""
