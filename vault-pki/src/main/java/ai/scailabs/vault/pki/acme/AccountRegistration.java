package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.error.VaultException;
import java.net.URI;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.exception.AcmeException;

/** Has a directory make an account (RFC 8555 §7.3), bound to another where the caller has one (§7.3.4). */
final class AccountRegistration {
    /** The one that every directory takes, whatever the length of the key. */
    private static final String MAC = "HS256";

    private final AccountLogins logins;

    AccountRegistration(AccountLogins logins) {
        this.logins = logins;
    }

    /**
     * @param location as the directory calls it
     * @param termsUrl of the terms that were agreed to; null where it has none
     */
    record Registered(URI location, @Nullable String termsUrl) {}

    /** @throws VaultException {@code validation_error} when the directory refuses; {@code backend_unavailable} */
    Registered register(NewAccount wanted, KeyPair pair) {
        try {
            Session session = logins.session(wanted.directory());
            AccountBuilder builder = new AccountBuilder()
                    .addEmail(wanted.email())
                    .agreeToTermsOfService()
                    .useKeyPair(pair);
            bind(builder, wanted.binding());
            Login login = builder.createLogin(session);
            String terms =
                    session.getMetadata().getTermsOfService().map(URI::toString).orElse(null);
            return new Registered(
                    URI.create(login.getAccountLocation().toString()),
                    terms == null ? null : DirectoryProblem.bounded(terms, 500));
        } catch (AcmeException | RuntimeException refused) {
            throw DirectoryFailure.refusal(refused);
        }
    }

    private static void bind(AccountBuilder builder, NewAccount.@Nullable Binding binding) {
        if (binding == null) {
            return;
        }
        byte[] key = decoded(binding);
        try {
            builder.withKeyIdentifier(binding.kid(), new SecretKeySpec(key, "HMAC"))
                    .withMacAlgorithm(MAC);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static byte[] decoded(NewAccount.Binding binding) {
        byte[] text = binding.hmacKey().expose();
        int length = text.length;
        while (length > 0 && text[length - 1] == '=') {
            length--;
        }
        byte[] bare = Arrays.copyOf(text, length);
        try {
            return Base64.getUrlDecoder().decode(bare);
        } catch (IllegalArgumentException notBase64) {
            throw VaultException.invalidField("eab_hmac_key", "must be the key in base64url");
        } finally {
            Arrays.fill(bare, (byte) 0);
        }
    }
}
