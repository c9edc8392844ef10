"""The consultant's desk: an audit project from the problem list to the hand-over.

``project`` holds what a project is, ``repository`` keeps it, ``valuation`` turns an option
into money, standard coal and carbon dioxide; every other module takes a project and gives
back a new one or a finished document.
"""
