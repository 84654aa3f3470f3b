package ai.scailabs.vault.kms.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKR_PIN_EXPIRED;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKR_PIN_INCORRECT;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKR_PIN_INVALID;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKR_PIN_LEN_RANGE;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKR_PIN_LOCKED;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKR_USER_ALREADY_LOGGED_IN;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKU_USER;

import ai.scailabs.vault.kms.credential.CredentialFile;
import ai.scailabs.vault.kms.credential.CredentialUnusable;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xipki.pkcs11.wrapper.PKCS11Exception;
import org.xipki.pkcs11.wrapper.Session;
import org.xipki.pkcs11.wrapper.Slot;
import org.xipki.pkcs11.wrapper.Token;

/** Finds a token by its label and logs in, with the PIN that its file holds at that moment. Within {@link CryptokiLibrary#inside} only. */
record TokenLogin(Pkcs11Token where, CredentialFile pin) {
    private static final Logger LOG = LoggerFactory.getLogger(TokenLogin.class);
    private static final Set<Long> PIN_REFUSED =
            Set.of(CKR_PIN_INCORRECT, CKR_PIN_INVALID, CKR_PIN_LEN_RANGE, CKR_PIN_EXPIRED, CKR_PIN_LOCKED);

    static TokenLogin of(Pkcs11Token where) {
        return new TokenLogin(
                where, CredentialFile.ofText(where.pinFile(), "PIN", new Keeper(where.library(), where.label())));
    }

    /** A session that is logged in, in which the opener found what it is for. */
    <S extends HsmSession> S open(CryptokiLibrary library, Opener<S> opener) throws HsmUnavailable {
        Session session = connect(library, opener.writes());
        try {
            pin.use(utf8 -> login(session, utf8));
            return opener.open(session, library.generation());
        } catch (PKCS11Exception failure) {
            HsmSession.close(session);
            throw new HsmUnavailable("the token " + where.label() + " cannot be used", failure);
        } catch (CredentialUnusable refusal) {
            HsmSession.close(session);
            throw new HsmUnavailable(String.valueOf(refusal.getMessage()));
        } catch (HsmUnavailable refusal) {
            HsmSession.close(session);
            throw refusal;
        }
    }

    private Session connect(CryptokiLibrary library, boolean writes) throws HsmUnavailable {
        try {
            List<Token> tokens = new ArrayList<>();
            for (Slot slot : library.module().getSlotList(true)) {
                if (bears(slot.getToken(), where.label())) {
                    tokens.add(slot.getToken());
                }
            }
            if (tokens.size() != 1) {
                throw new HsmUnavailable(
                        (tokens.isEmpty() ? "no token bears" : "several tokens bear") + " the label " + where.label());
            }
            return tokens.getFirst().openSession(writes);
        } catch (PKCS11Exception failure) {
            throw new HsmUnavailable("the token " + where.label() + " cannot be reached", failure);
        }
    }

    /** A token that does not even tell its name is not the one, whatever is wrong with it. */
    private static boolean bears(Token token, String label) {
        try {
            return token.getTokenInfo().getLabel().strip().equals(label);
        } catch (PKCS11Exception broken) {
            LOG.debug("a token does not tell its label: {}", broken.getErrorName());
            return false;
        }
    }

    /** One login counts for all sessions of the process. */
    private static Optional<Session> login(Session session, byte[] pinUtf8) throws HsmUnavailable {
        char[] pin = characters(pinUtf8);
        try {
            session.login(CKU_USER, pin);
            return Optional.of(session);
        } catch (PKCS11Exception refusal) {
            if (refusal.getErrorCode() == CKR_USER_ALREADY_LOGGED_IN) {
                return Optional.of(session);
            }
            if (PIN_REFUSED.contains(refusal.getErrorCode())) {
                LOG.error("The token refuses the PIN: {}", refusal.getErrorName());
                return Optional.empty();
            }
            throw new HsmUnavailable("the token takes no login", refusal);
        } finally {
            Arrays.fill(pin, '\0');
        }
    }

    private static char[] characters(byte[] utf8) throws HsmUnavailable {
        try {
            CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
            char[] pin = new char[decoded.remaining()];
            decoded.get(pin);
            Arrays.fill(decoded.array(), '\0');
            return pin;
        } catch (CharacterCodingException e) {
            throw new HsmUnavailable("the PIN is not UTF-8 text");
        }
    }

    /** Whom the PIN is shown, as people call it. */
    private record Keeper(java.nio.file.Path library, String label) {
        @Override
        public String toString() {
            return "token";
        }
    }

    /** Makes of a session that is logged in what calls are made in. */
    interface Opener<S extends HsmSession> {
        S open(Session session, long generation) throws HsmUnavailable, PKCS11Exception;

        /** Whether objects are made or destroyed in it. */
        default boolean writes() {
            return false;
        }
    }
}
