"""A child for test_children: answers with its number and the question, ends on request."""

import os
import sys
import time

from returnctl.children import receive, send, worn

fresh = True
while (question := receive(sys.stdin.buffer)) is not None:
    if question == b"die":
        os._exit(1)
    if question == b"wear" and not fresh:
        worn()
    if question == b"sleep":
        time.sleep(600)
    send(sys.stdout.buffer, b"%d %s" % (os.getpid(), question))
    fresh = False
