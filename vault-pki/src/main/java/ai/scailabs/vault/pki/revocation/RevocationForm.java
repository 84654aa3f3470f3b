package ai.scailabs.vault.pki.revocation;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.x509.RevocationReason;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What callers say of a revocation, and how they are refused. */
final class RevocationForm {
    private RevocationForm() {}

    static RevocationReason reason(@Nullable String text) {
        return text == null
                ? RevocationReason.UNSPECIFIED
                : RevocationReason.parse(text)
                        .orElseThrow(() -> VaultException.invalidField(
                                "reason",
                                "must be one of "
                                        + Arrays.stream(RevocationReason.values())
                                                .map(RevocationReason::wireName)
                                                .collect(Collectors.joining(", "))));
    }

    static @Nullable Instant invalidityDate(@Nullable String text, Instant now) {
        if (text == null) {
            return null;
        }
        try {
            Instant time = OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.SECONDS);
            if (time.isBefore(Instant.EPOCH) || time.isAfter(now)) {
                throw VaultException.invalidField("invalidity_date", "must lie between 1970 and now");
            }
            return time;
        } catch (DateTimeParseException malformed) {
            throw VaultException.invalidField("invalidity_date", "must be a time such as 2026-01-31T08:00:00Z");
        }
    }

    static VaultException alreadyRevoked(RevocationReason reason, Instant at) {
        return new VaultException(
                ErrorCode.CONFLICT,
                "It was revoked before, for another reason, and that stays",
                Map.of("state", "revoked", "reason", reason.wireName(), "revoked_at", at.toString()));
    }

    static VaultException notFound() {
        return new VaultException(ErrorCode.CERTIFICATE_NOT_FOUND, "There is no such certificate");
    }
}
