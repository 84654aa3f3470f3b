package ai.scailabs.vault.kms.pkcs11;

import ai.scailabs.vault.crypto.hsm.HsmKeyKind;
import ai.scailabs.vault.crypto.hsm.HsmKeyName;
import ai.scailabs.vault.crypto.hsm.HsmKeys;
import ai.scailabs.vault.crypto.hsm.HsmScheme;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Optional;
import org.xipki.pkcs11.wrapper.PKCS11Exception;

/**
 * Private keys in the token of an HSM (CKA_SENSITIVE, not CKA_EXTRACTABLE). The token need not be there at the start, and may go and come back. Making a key has a session of its own, as RSA may take a minute
 * of it. Thread-safe.
 */
public final class Pkcs11Keys implements HsmKeys, AutoCloseable {
    private static final Duration MAKING = Duration.ofSeconds(60);
    private static final int MAKING_WAIT = 2;
    /** For each session: more would be refused anyway by the time that they had their turn. */
    private static final int WAITING = 16;

    private final HsmCalls<SigningSession> calls;
    private final HsmCalls<SigningSession> making;

    /** Connects when it is first asked. */
    public Pkcs11Keys(Pkcs11Token token) {
        SigningSession.Opener opener = new SigningSession.Opener();
        this.calls = new HsmCalls<>(token, opener, token.sessions() * WAITING, ErrorCode.HSM_UNAVAILABLE);
        Pkcs11Token patient = new Pkcs11Token(token.library(), token.label(), token.pinFile(), 1, MAKING);
        this.making = new HsmCalls<>(patient, opener, MAKING_WAIT, ErrorCode.HSM_UNAVAILABLE);
    }

    @Override
    public PublicKey make(HsmKeyKind kind, HsmKeyName name) {
        return answered(() -> making.call(session -> session.make(kind, name)))
                .orElseThrow(() -> new VaultException(
                        ErrorCode.HSM_UNAVAILABLE, "The HSM makes keys that could be taken out of it"));
    }

    @Override
    public byte[] sign(HsmKeyKind kind, HsmKeyName name, HsmScheme scheme, byte[] octets) {
        return answered(() -> calls.call(session -> session.sign(kind, name, scheme, octets), Optional::isEmpty, false))
                .orElseThrow(() -> new VaultException(ErrorCode.INTEGRITY_FAILURE, "The HSM has no such key"));
    }

    @Override
    public boolean destroy(HsmKeyName name) {
        return answered(() -> calls.call(session -> session.destroy(name), gone -> gone == 0, true)) > 0;
    }

    @Override
    public void probe() {
        answered(() -> calls.call(SigningSession::look));
    }

    private static <T> T answered(Calling<T> calling) {
        try {
            return calling.answer();
        } catch (PKCS11Exception refused) {
            throw new VaultException(ErrorCode.HSM_UNAVAILABLE, "The HSM refuses: " + refused.getErrorName(), refused);
        }
    }

    /** Ends the sessions. */
    @Override
    public void close() {
        calls.close();
        making.close();
    }

    /** One call. */
    @FunctionalInterface
    private interface Calling<T> {
        T answer() throws PKCS11Exception;
    }
}
