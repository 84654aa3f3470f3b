package ai.scailabs.vault.pki.crl;

import ai.scailabs.vault.pki.x509.CrlEntry;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A revoked certificate as the database has it. */
record EntryRow(
        byte[] serial,
        int reason,
        Instant revokedAt,
        @Nullable Instant invalidityDate) {
    /** As a list has it that was begun then: the clocks of instances differ a little, and nothing was revoked after the list. */
    CrlEntry entry(Instant thisUpdate) {
        Instant invalid = invalidityDate == null || invalidityDate.isBefore(thisUpdate) ? invalidityDate : thisUpdate;
        return new CrlEntry(serial, reason, revokedAt.isBefore(thisUpdate) ? revokedAt : thisUpdate, invalid);
    }

    /** By its last octet, so that nothing needs to be kept of it. */
    int part(int partitions) {
        return (serial[serial.length - 1] & 0xff) % partitions;
    }

    @Override
    public String toString() {
        return "EntryRow[" + reason + "]";
    }
}
