package ai.scailabs.vault.kms.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_ALWAYS_SENSITIVE;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_EXTRACTABLE;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_LOCAL;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_NEVER_EXTRACTABLE;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_SENSITIVE;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_TOKEN;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKG_MGF1_SHA256;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKG_MGF1_SHA384;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKG_MGF1_SHA512;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKK_EC;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKK_RSA;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKM_ECDSA;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKM_EC_KEY_PAIR_GEN;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKM_RSA_PKCS;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKM_RSA_PKCS_KEY_PAIR_GEN;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKM_RSA_PKCS_PSS;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKM_SHA256;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKM_SHA384;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKM_SHA512;

import ai.scailabs.vault.crypto.hsm.HsmKeyKind;
import ai.scailabs.vault.crypto.hsm.HsmKeyName;
import ai.scailabs.vault.crypto.hsm.HsmScheme;
import java.security.PublicKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.xipki.pkcs11.wrapper.AttributeVector;
import org.xipki.pkcs11.wrapper.KeyPairTemplate;
import org.xipki.pkcs11.wrapper.Mechanism;
import org.xipki.pkcs11.wrapper.PKCS11Exception;
import org.xipki.pkcs11.wrapper.PKCS11KeyPair;
import org.xipki.pkcs11.wrapper.Session;
import org.xipki.pkcs11.wrapper.params.RSA_PKCS_PSS_PARAMS;

/** A session in which private keys are made, sign, and are destroyed. Only keys that cannot be taken out of the token are ever found. */
final class SigningSession extends HsmSession {
    private static final int REMEMBERED = 256;
    private static final byte[] EXPONENT = {1, 0, 1};

    private final Map<Wanted, Long> handles = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Wanted, Long> eldest) {
            return size() > REMEMBERED;
        }
    };

    private SigningSession(Session session, long generation) {
        super(session, generation);
    }

    /** Keys are made and destroyed in it. */
    static final class Opener implements TokenLogin.Opener<SigningSession> {
        @Override
        public SigningSession open(Session session, long generation) {
            return new SigningSession(session, generation);
        }

        @Override
        public boolean writes() {
            return true;
        }
    }

    /** The public half; empty, and no key is left, when the token made one that could leave it. */
    Optional<PublicKey> make(HsmKeyKind kind, HsmKeyName name) throws PKCS11Exception {
        // One may be there when a call before this one broke off.
        destroy(name);
        KeyPairTemplate pair = new KeyPairTemplate(privateHalf(kind, name), publicHalf(kind));
        PKCS11KeyPair made = session()
                .generateKeyPair(new Mechanism(kind.isRsa() ? CKM_RSA_PKCS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN), pair);
        if (!stays(made.getPrivateKey())) {
            session().destroyObject(made.getPrivateKey());
            return Optional.empty();
        }
        PublicKey key = PublicHalf.of(kind, session(), made.getPublicKey());
        session().destroyObject(made.getPublicKey());
        return Optional.of(key);
    }

    private static AttributeVector publicHalf(HsmKeyKind kind) {
        AttributeVector half =
                kind.isRsa() ? AttributeVector.newPublicKey(CKK_RSA) : AttributeVector.newPublicKey(CKK_EC);
        half.token(false).verify(true);
        return kind.isRsa()
                ? half.modulusBits(kind.bits()).publicExponent(new java.math.BigInteger(1, EXPONENT))
                : half.ecParams(PublicHalf.curve(kind));
    }

    private static AttributeVector privateHalf(HsmKeyKind kind, HsmKeyName name) {
        return AttributeVector.newPrivateKey(kind.isRsa() ? CKK_RSA : CKK_EC)
                .token(true)
                .private_(true)
                .id(name.id())
                .label(name.label())
                .sensitive(true)
                .extractable(false)
                .modifiable(false)
                .sign(true)
                .decrypt(false)
                .unwrap(false)
                .derive(false);
    }

    private boolean stays(long key) throws PKCS11Exception {
        AttributeVector has = session()
                .getAttrValues(
                        key,
                        CKA_TOKEN,
                        CKA_SENSITIVE,
                        CKA_EXTRACTABLE,
                        CKA_LOCAL,
                        CKA_ALWAYS_SENSITIVE,
                        CKA_NEVER_EXTRACTABLE);
        return Boolean.TRUE.equals(has.token())
                && Boolean.TRUE.equals(has.sensitive())
                && Boolean.FALSE.equals(has.extractable())
                && Boolean.TRUE.equals(has.local())
                && Boolean.TRUE.equals(has.alwaysSensitive())
                && Boolean.TRUE.equals(has.neverExtractable());
    }

    /** Empty when there is no such key. */
    Optional<byte[]> sign(HsmKeyKind kind, HsmKeyName name, HsmScheme scheme, byte[] octets) throws PKCS11Exception {
        Wanted wanted = new Wanted(kind, name);
        Long handle = handles.get(wanted);
        if (handle == null) {
            long[] found = session()
                    .findObjectsSingle(
                            AttributeVector.newPrivateKey(kind.isRsa() ? CKK_RSA : CKK_EC)
                                    .token(true)
                                    .id(name.id())
                                    .label(name.label())
                                    .sensitive(true)
                                    .extractable(false),
                            2);
            if (found.length != 1) {
                return Optional.empty();
            }
            handle = found[0];
            handles.put(wanted, handle);
        }
        return Optional.of(session().signSingle(mechanism(scheme, octets), handle, octets));
    }

    private static Mechanism mechanism(HsmScheme scheme, byte[] octets) {
        return switch (scheme) {
            case RSA_PKCS1 -> new Mechanism(CKM_RSA_PKCS);
            case ECDSA -> new Mechanism(CKM_ECDSA);
            case RSA_PSS -> new Mechanism(CKM_RSA_PKCS_PSS, pss(octets.length));
        };
    }

    private static RSA_PKCS_PSS_PARAMS pss(int hashBytes) {
        return switch (hashBytes) {
            case 32 -> new RSA_PKCS_PSS_PARAMS(CKM_SHA256, CKG_MGF1_SHA256, hashBytes);
            case 48 -> new RSA_PKCS_PSS_PARAMS(CKM_SHA384, CKG_MGF1_SHA384, hashBytes);
            case 64 -> new RSA_PKCS_PSS_PARAMS(CKM_SHA512, CKG_MGF1_SHA512, hashBytes);
            default -> throw new IllegalArgumentException("not a hash of SHA-2");
        };
    }

    /** How many there were. */
    int destroy(HsmKeyName name) throws PKCS11Exception {
        long[] found = session()
                .findAllObjectsSingle(AttributeVector.newPrivateKey()
                        .token(true)
                        .id(name.id())
                        .label(name.label()));
        for (long key : found) {
            session().destroyObject(key);
        }
        handles.keySet().removeIf(wanted -> wanted.name().equals(name));
        return found.length;
    }

    /** Whether the session is still one; the state that it is in. */
    long look() throws PKCS11Exception {
        return session().getSessionInfo().getState();
    }

    private record Wanted(HsmKeyKind kind, HsmKeyName name) {}
}
