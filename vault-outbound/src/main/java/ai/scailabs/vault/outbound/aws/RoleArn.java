package ai.scailabs.vault.outbound.aws;

import java.util.regex.Pattern;

/** How AWS writes a role. Loads nothing of AWS's SDK. */
public final class RoleArn {
    private static final Pattern FORM =
            Pattern.compile("arn:aws[a-z-]{0,16}:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]{1,512}");

    private RoleArn() {}

    public static boolean isOne(String text) {
        return FORM.matcher(text).matches();
    }
}
