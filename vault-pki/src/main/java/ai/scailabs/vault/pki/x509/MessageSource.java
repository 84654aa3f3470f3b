package ai.scailabs.vault.pki.x509;

import java.security.SignatureException;

/** A message that is too long to be held whole: it comes in pieces, the same each time that it is asked for. */
@FunctionalInterface
public interface MessageSource {
    void writeTo(Sink sink) throws SignatureException;

    /** Takes one piece after the other. */
    @FunctionalInterface
    interface Sink {
        void take(byte[] octets) throws SignatureException;
    }
}
