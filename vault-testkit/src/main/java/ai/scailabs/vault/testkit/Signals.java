package ai.scailabs.vault.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;

/** What processes of the tests are told by signals (POSIX.1-2017, kill), which Java has no word for. */
final class Signals {
    private Signals() {}

    /** It takes connections and answers nothing. */
    static void halt(ProcessHandle process) {
        send("-STOP", process);
    }

    /** After {@link #halt}. */
    static void resume(ProcessHandle process) {
        send("-CONT", process);
    }

    private static void send(String signal, ProcessHandle process) {
        try {
            int code = new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill " + signal + " " + process.pid() + " ended with " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
