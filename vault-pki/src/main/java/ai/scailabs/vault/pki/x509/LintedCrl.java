package ai.scailabs.vault.pki.x509;

import java.util.concurrent.atomic.AtomicBoolean;

/** Proof that the lint has read every octet of a list: only {@link CrlLint} makes one. The entries lie elsewhere and are known by their hash. Good for one signature. Thread-safe. */
public final class LintedCrl {
    private final IssuerView issuer;
    private final byte[] head;
    private final byte[] tail;
    private final long entriesLength;
    private final long entries;
    private final byte[] entriesSha256;
    private final AtomicBoolean redeemed = new AtomicBoolean();

    LintedCrl(IssuerView issuer, byte[] head, byte[] tail, long entriesLength, long entries, byte[] entriesSha256) {
        this.issuer = issuer;
        this.head = head;
        this.tail = tail;
        this.entriesLength = entriesLength;
        this.entries = entries;
        this.entriesSha256 = entriesSha256;
    }

    public long entries() {
        return entries;
    }

    IssuerView issuer() {
        return issuer;
    }

    byte[] head() {
        return head;
    }

    byte[] tail() {
        return tail;
    }

    long entriesLength() {
        return entriesLength;
    }

    byte[] entriesSha256() {
        return entriesSha256;
    }

    /** @throws IllegalStateException when it was redeemed before */
    void redeem() {
        if (!redeemed.compareAndSet(false, true)) {
            throw new IllegalStateException("this list was signed before");
        }
    }
}
