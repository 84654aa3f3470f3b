package ai.scailabs.vault.server.tls;

import java.time.Duration;

/** How long a newer version of the certificate may go unseen. */
public record LookEvery(Duration interval) {
    public static final LookEvery USUAL = new LookEvery(Duration.ofSeconds(10));
}
