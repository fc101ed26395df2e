"""The processes of one installation, and the supervisor that keeps them running.

``table`` says which they are, ``supervisor`` keeps them alive, ``stack`` gives them addresses, keys and a
clock; ``up`` is the command, and ``testing`` lends a whole stack to a test.
"""
