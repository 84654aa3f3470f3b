package ai.scailabs.vault.pki.inventory;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where a list goes on: behind that certificate, in the order of ids or of ends. */
record Position(Instant notAfter, UUID id) {
    static final UUID BEFORE_ALL = new UUID(0, 0);

    static Position of(CertificateRecord certificate) {
        return new Position(certificate.notAfter(), certificate.id());
    }

    String text() {
        return notAfter + " " + Ids.text("", id);
    }

    static Position parse(@Nullable String text, Instant begin) {
        if (text == null) {
            return new Position(begin, BEFORE_ALL);
        }
        String[] parts = text.split(" ", 2);
        try {
            return new Position(
                    Instant.parse(parts[0]),
                    Ids.uuid("", parts.length == 2 ? parts[1] : "").orElseThrow(Position::refused));
        } catch (DateTimeParseException malformed) {
            throw refused();
        }
    }

    private static VaultException refused() {
        return new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no certificate");
    }
}
