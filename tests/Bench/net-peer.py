#!/usr/bin/env python3
"""The host's end of a stream for scripts/bench.sh: net-peer.py send|receive BYTES. Prints its port, serves one connection, ends."""
import socket
import sys

PIECE = 65536


def main():
    mode, left = sys.argv[1], int(sys.argv[2])
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        connection, _ = server.accept()
    with connection:
        zeros = bytes(PIECE)
        while left > 0:
            done = connection.send(zeros[:min(PIECE, left)]) if mode == "send" else len(connection.recv(PIECE))
            if done == 0:
                sys.exit("the guest's end is gone")
            left -= done
        # The guest ends the connection when it has all.
        if mode == "send":
            connection.recv(1)


if __name__ == "__main__":
    main()
