package ai.scailabs.vault.kms.pkcs11;

import org.xipki.pkcs11.wrapper.PKCS11Exception;

/** The token, or the key in it, cannot be used now. The message is for people and holds nothing secret. */
final class HsmUnavailable extends Exception {
    private static final long serialVersionUID = 1;

    HsmUnavailable(String message) {
        super(message);
    }

    HsmUnavailable(String message, PKCS11Exception cause) {
        super(message + ": " + cause.getErrorName(), cause);
    }
}
