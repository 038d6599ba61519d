#!/usr/bin/python3
"""Drops a file on a window, as a file manager does (the XDND protocol, version 5).

Usage: drop.py WINDOW FILE
"""
import sys
import urllib.parse

from Xlib import X, Xatom, display
from Xlib.protocol import event

target_id, path = int(sys.argv[1]), sys.argv[2]
connection = display.Display()
target = connection.create_resource_object("window", target_id)
source = connection.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)


def atom(name):
    return connection.intern_atom(name)


def send(name, *data):
    numbers = list(data) + [0] * (5 - len(data))
    message = event.ClientMessage(
        window=target, client_type=atom(name), data=(32, [source.id] + numbers[:4])
    )
    target.send_event(message)
    connection.flush()


def wait_for(matches):
    while True:
        received = connection.next_event()
        if matches(received):
            return received


def is_message(name):
    return lambda e: e.type == X.ClientMessage and e.client_type == atom(name)


source.set_selection_owner(atom("XdndSelection"), X.CurrentTime)
send("XdndEnter", 5 << 24, atom("text/uri-list"))
send("XdndPosition", 0, 100 << 16 | 100, X.CurrentTime, atom("XdndActionCopy"))
wait_for(is_message("XdndStatus"))
send("XdndDrop", 0, X.CurrentTime)

request = wait_for(lambda e: e.type == X.SelectionRequest)
uri = "file://" + urllib.parse.quote(path) + "\r\n"
request.requestor.change_property(request.property, request.target, 8, uri.encode())
request.requestor.send_event(
    event.SelectionNotify(
        time=request.time,
        requestor=request.requestor,
        selection=request.selection,
        target=request.target,
        property=request.property,
    )
)
wait_for(is_message("XdndFinished"))
