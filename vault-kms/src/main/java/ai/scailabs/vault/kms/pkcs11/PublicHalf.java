package ai.scailabs.vault.kms.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_EC_POINT;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_MODULUS;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_PUBLIC_EXPONENT;

import ai.scailabs.vault.crypto.hsm.HsmKeyKind;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import org.xipki.pkcs11.wrapper.AttributeVector;
import org.xipki.pkcs11.wrapper.Functions;
import org.xipki.pkcs11.wrapper.PKCS11Exception;
import org.xipki.pkcs11.wrapper.Session;

/** The public key of a pair that was just made, as Java has it. */
final class PublicHalf {
    private static final String P256 = "1.2.840.10045.3.1.7";
    private static final String P384 = "1.3.132.0.34";
    private static final byte UNCOMPRESSED = 4;
    private static final int OCTET_STRING = 4;

    private PublicHalf() {}

    /** The curve by its name (CKA_EC_PARAMS). */
    static byte[] curve(HsmKeyKind kind) {
        return Functions.encodeOid(kind == HsmKeyKind.EC_P256 ? P256 : P384);
    }

    static PublicKey of(HsmKeyKind kind, Session session, long key) throws PKCS11Exception {
        try {
            if (kind.isRsa()) {
                AttributeVector has = session.getAttrValues(key, CKA_MODULUS, CKA_PUBLIC_EXPONENT);
                return KeyFactory.getInstance("RSA")
                        .generatePublic(new RSAPublicKeySpec(has.modulus(), has.publicExponent()));
            }
            byte[] point = bare(kind, session.getAttrValues(key, CKA_EC_POINT).ecPoint());
            AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
            curve.init(new ECGenParameterSpec(kind == HsmKeyKind.EC_P256 ? "secp256r1" : "secp384r1"));
            int half = (point.length - 1) / 2;
            return KeyFactory.getInstance("EC")
                    .generatePublic(new ECPublicKeySpec(
                            new ECPoint(
                                    new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + half)),
                                    new BigInteger(1, Arrays.copyOfRange(point, 1 + half, point.length))),
                            curve.getParameterSpec(ECParameterSpec.class)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the token gave a public key that is none", e);
        }
    }

    /** Some tokens give the point as an OCTET STRING, as the standard says, some without. */
    private static byte[] bare(HsmKeyKind kind, byte[] point) {
        int length = 1 + kind.bits() / Byte.SIZE * 2;
        byte[] bare = point.length == length + 2 && point[0] == OCTET_STRING && (point[1] & 0xFF) == length
                ? Arrays.copyOfRange(point, 2, point.length)
                : point;
        if (bare.length != length || bare[0] != UNCOMPRESSED) {
            throw new IllegalStateException("the token gave a point in another form");
        }
        return bare;
    }
}
