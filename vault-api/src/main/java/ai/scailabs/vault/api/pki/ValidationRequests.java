package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.anchor.ValidationRequest;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bodies of calls about trust anchors, and what is asked of certificates by them. */
final class ValidationRequests {
    private static final int MAX_ENTRIES = 1_000;

    private ValidationRequests() {}

    record Anchor(@Nullable String name, @Nullable String certificatePem) {}

    record Validation(
            @Nullable String certificatePem,
            @Nullable List<@Nullable String> chainPem,
            @Nullable List<@Nullable String> trustAnchors,
            @Nullable String at,
            @Nullable String hostname,
            @Nullable String ip,
            @Nullable String email,
            @Nullable String usage,
            @Nullable Boolean checkRevocation,
            @Nullable List<@Nullable String> crlsPem) {
        ValidationRequest request() {
            return new ValidationRequest(
                    certificatePem,
                    present("chain_pem", chainPem),
                    trustAnchors == null ? null : present("trust_anchors", trustAnchors),
                    time(at),
                    hostname,
                    ip,
                    email,
                    usage,
                    checkRevocation != null && checkRevocation,
                    present("crls_pem", crlsPem));
        }
    }

    private static List<String> present(String field, @Nullable List<@Nullable String> entries) {
        List<String> present = new ArrayList<>();
        for (String entry : entries == null ? List.<@Nullable String>of() : entries) {
            if (entry == null || present.size() == MAX_ENTRIES) {
                throw VaultException.invalidField(
                        field, "has an entry that is null, or more than " + MAX_ENTRIES + " entries");
            }
            present.add(entry);
        }
        return present;
    }

    private static @Nullable Instant time(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            if (time.isBefore(Instant.EPOCH) || time.isAfter(Instant.parse("9999-12-31T23:59:59Z"))) {
                throw VaultException.invalidField("at", "must lie between 1970 and 9999");
            }
            return time;
        } catch (DateTimeParseException malformed) {
            throw VaultException.invalidField("at", "must be a time such as 2026-01-31T08:00:00Z");
        }
    }
}
