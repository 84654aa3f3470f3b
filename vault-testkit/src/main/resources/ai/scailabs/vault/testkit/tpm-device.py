# A character device in front of a TPM's socket: prints its path, then carries bytes both ways until its input ends.
import os, pty, select, socket, sys, tty

master, slave = pty.openpty()
tty.setraw(slave)
tpm = socket.socket(socket.AF_UNIX)
tpm.connect(sys.argv[1])
print(os.ttyname(slave), flush=True)
while True:
    ready = select.select([master, tpm, sys.stdin], [], [])[0]
    if sys.stdin in ready:
        break
    if master in ready:
        tpm.sendall(os.read(master, 4096))
    if tpm in ready:
        answer = tpm.recv(4096)
        if not answer:
            break
        os.write(master, answer)
