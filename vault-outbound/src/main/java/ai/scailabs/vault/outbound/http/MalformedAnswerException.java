package ai.scailabs.vault.outbound.http;

import java.io.IOException;

/** What came is no answer of HTTP, or is framed in a way that is not taken. */
final class MalformedAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    MalformedAnswerException(String message) {
        super(message);
    }
}
