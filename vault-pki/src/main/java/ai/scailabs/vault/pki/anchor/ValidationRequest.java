package ai.scailabs.vault.pki.anchor;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks of a certificate; absent is null.
 *
 * @param certificatePem others that follow after the first count as part of the chain
 * @param trustAnchors names, and ids of own roots; absent: all that the caller may read
 * @param at absent: now
 */
public record ValidationRequest(
        @Nullable String certificatePem,
        List<String> chainPem,
        @Nullable List<String> trustAnchors,
        @Nullable Instant at,
        @Nullable String hostname,
        @Nullable String ip,
        @Nullable String email,
        @Nullable String usage,
        boolean checkRevocation,
        List<String> crlsPem) {}
