package ai.scailabs.vault.access.token;

import java.io.IOException;
import java.net.URI;

/** Where the documents of an issuer come from. */
@FunctionalInterface
interface Documents {
    /** @throws IOException when there is no good answer; its message is for the log and repeats nothing of the answer */
    String get(URI location) throws IOException, InterruptedException;
}
