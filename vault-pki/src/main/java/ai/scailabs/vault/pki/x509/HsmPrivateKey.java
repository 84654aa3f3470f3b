package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.crypto.hsm.HsmKeyKind;
import ai.scailabs.vault.crypto.hsm.HsmKeyName;
import ai.scailabs.vault.crypto.hsm.HsmKeys;
import ai.scailabs.vault.crypto.hsm.HsmScheme;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.security.PrivateKey;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A private key that lies in an HSM, which is asked for every signature: there is nothing here that could leave. */
public final class HsmPrivateKey implements PrivateKey {
    private static final long serialVersionUID = 1;

    private final transient HsmKeys hsm;
    private final transient HsmKeyName name;
    private final HsmKeyKind kind;

    public HsmPrivateKey(HsmKeys hsm, HsmKeyName name, HsmKeyKind kind) {
        this.hsm = hsm;
        this.name = name;
        this.kind = kind;
    }

    /** Empty for those that are not kept in an HSM. */
    public static Optional<HsmKeyKind> kind(KeySpec spec) {
        return switch (spec) {
            case RSA_2048 -> Optional.of(HsmKeyKind.RSA_2048);
            case RSA_3072 -> Optional.of(HsmKeyKind.RSA_3072);
            case RSA_4096 -> Optional.of(HsmKeyKind.RSA_4096);
            case EC_P256 -> Optional.of(HsmKeyKind.EC_P256);
            case EC_P384 -> Optional.of(HsmKeyKind.EC_P384);
            case ED25519, ML_DSA_65 -> Optional.empty();
        };
    }

    byte[] sign(HsmScheme scheme, byte[] octets) {
        return hsm.sign(kind, name, scheme, octets);
    }

    @Override
    public String getAlgorithm() {
        return kind.isRsa() ? "RSA" : "EC";
    }

    @Override
    public @Nullable String getFormat() {
        return null;
    }

    @Override
    public byte @Nullable [] getEncoded() {
        return null;
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException("a key in an HSM is nowhere else");
    }

    @Override
    public String toString() {
        return "HsmPrivateKey[" + kind + "]";
    }
}
