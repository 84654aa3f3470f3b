package ai.scailabs.vault.credentials.connector.aws;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whom AWS knows by a key.
 *
 * @param account its twelve digits
 * @param arn of the user, of the session, or of the account's root
 */
public record AwsCaller(String account, String arn) {
    /** {@code arn:aws:iam::123456789012:user/path/of/name}. */
    private static final Pattern USER =
            Pattern.compile("arn:aws[a-z-]{0,16}:iam::[0-9]{12}:user/(?:[!-~]{1,512}/)?([A-Za-z0-9+=,.@_-]{1,128})");

    /** Empty for a session, and for the account's root: neither is a user of IAM. */
    public Optional<String> user() {
        Matcher form = USER.matcher(arn);
        return form.matches() ? Optional.of(form.group(1)) : Optional.empty();
    }
}
