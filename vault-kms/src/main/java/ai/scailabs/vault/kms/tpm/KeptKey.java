package ai.scailabs.vault.kms.tpm;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kms.credential.CredentialFile;
import ai.scailabs.vault.kms.credential.CredentialUnusable;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One key in a TPM, used with its auth value. It is the one that was found first, or none. Thread-safe. */
final class KeptKey implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeptKey.class);
    private static final int MIN_AUTH_BYTES = 24;
    private static final int MAX_AUTH_BYTES = 32;
    private static final byte[] PROBE = "scaivault tpm root key probe v1".getBytes(StandardCharsets.US_ASCII);

    private final TpmProperties where;
    private final TpmDevice device;
    private final CredentialFile auth;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile byte[] name = new byte[0];

    private KeptKey(TpmProperties where, TpmDevice device) {
        this.where = where;
        this.device = device;
        this.auth = CredentialFile.ofBytes(where.authFile(), "auth value", new Place(where.device(), where.key()));
    }

    /** Finds the key and has it used once, so that it is known to serve. */
    static KeptKey open(TpmProperties where, SecureRandom random) throws TpmUnavailable {
        KeptKey key = new KeptKey(where, TpmDevice.at(where.device(), random));
        key.device.enter(key::first, where.patience());
        return key;
    }

    /** What the TPM calls the key. */
    byte[] name() {
        return name.clone();
    }

    /**
     * What the key makes of the message, 32 bytes; the caller wipes them.
     *
     * @throws VaultException {@code kms_unavailable} when the TPM did not answer in time, or cannot be used
     */
    byte[] hmac(byte[] message) {
        try {
            return device.call(
                    (link, isNew, deadline) -> hmac(same(link, deadline), message, link, isNew, deadline),
                    where.patience());
        } catch (TpmUnavailable problem) {
            // What is wrong with it, with paths and names, is for the log.
            throw new VaultException(ErrorCode.KMS_UNAVAILABLE, "The TPM cannot be used", problem);
        }
    }

    private byte[] first(TpmLink link, boolean isNew, Deadline deadline) throws TpmUnavailable {
        TpmKey key = link.key(where.key(), deadline);
        byte[] answer = hmac(key, PROBE, link, isNew, deadline);
        name = key.name();
        return answer;
    }

    private TpmKey same(TpmLink link, Deadline deadline) throws TpmUnavailable {
        TpmKey key = link.key(where.key(), deadline);
        if (!key.isNamed(name)) {
            throw new TpmUnavailable("another key lies at " + where.key() + " now: " + key + ", and not "
                    + HexFormat.of().formatHex(name));
        }
        return key;
    }

    private byte[] hmac(TpmKey key, byte[] message, TpmLink link, boolean isNew, Deadline deadline)
            throws TpmUnavailable {
        try {
            return auth.use(value -> {
                requireLength(value);
                try {
                    return Optional.of(link.hmac(key, value, message, deadline));
                } catch (TpmRefusal refusal) {
                    // On a connection that may be old it can be of the session, and says nothing about the auth value
                    // yet.
                    if (isNew && refusal.isOfTheAuthValue()) {
                        LOG.error("The TPM refuses the auth value: {}", refusal.getMessage());
                        return Optional.empty();
                    }
                    throw refusal;
                }
            });
        } catch (CredentialUnusable unusable) {
            throw new AuthValueUnusable(String.valueOf(unusable.getMessage()));
        }
    }

    private static void requireLength(byte[] value) throws AuthValueUnusable {
        if (value.length < MIN_AUTH_BYTES || value.length > MAX_AUTH_BYTES) {
            throw new AuthValueUnusable("the auth value of the key must have " + MIN_AUTH_BYTES + " to "
                    + MAX_AUTH_BYTES + " bytes, of which every one counts, a line feed at the end too");
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            device.leave();
        }
    }

    /** To whom an auth value is shown; as people call it. */
    private record Place(TpmAddress device, PersistentHandle handle) {
        @Override
        public String toString() {
            return "TPM";
        }
    }
}
