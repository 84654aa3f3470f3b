package ai.scailabs.vault.kms.aws;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of one key, which no other can get: {@code arn:aws:kms:eu-central-1:111122223333:key/…}. An alias is none, as it can be pointed to another key.
 *
 * @param text the whole
 * @param region of the key
 */
public record AwsKeyArn(String text, String region) {
    private static final Pattern FORM = Pattern.compile(
            "arn:aws[a-z-]{0,16}:kms:(?<region>[a-z]{2}[a-z0-9-]{3,30}):[0-9]{12}:key/[A-Za-z0-9-]{1,128}");

    /** Empty when it is not the ARN of a key. */
    public static Optional<AwsKeyArn> parse(String text) {
        Matcher form = FORM.matcher(text);
        return form.matches() ? Optional.of(new AwsKeyArn(text, form.group("region"))) : Optional.empty();
    }

    @Override
    public String toString() {
        return text;
    }
}
