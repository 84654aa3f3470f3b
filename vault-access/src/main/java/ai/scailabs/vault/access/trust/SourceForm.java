package ai.scailabs.vault.access.trust;

import ai.scailabs.vault.access.issuer.IssuerNames;
import ai.scailabs.vault.access.token.TokenProperties;
import ai.scailabs.vault.kernel.error.VaultException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What callers may write about who vouches for a workload. A trust that names none in particular is refused: it would let in whoever the issuer knows. */
final class SourceForm {
    private static final Pattern TEXT = Pattern.compile("[!-~]{1,256}");
    private static final Pattern URL = Pattern.compile("[!-~]{1,512}");
    private static final Pattern CLAIM = Pattern.compile("[!-.0-~][!-~]{0,127}|(/[!-.0-~]{1,64}){1,8}");
    private static final Pattern ARN = Pattern.compile(
            "arn:(?:aws|aws-cn|aws-us-gov):(?:iam|sts)::[0-9]{12}:(?:user|assumed-role|federated-user)/(?<name>[A-Za-z0-9_+=,.@/*?-]{1,400})");
    private static final Pattern KUBERNETES = Pattern.compile("system:serviceaccount:.*");
    private static final int MAX_CONDITIONS = 20;
    private static final int MAX_ARNS = 20;
    private static final int PARTS_OF_A_SUBJECT = 2;
    private static final int PARTS_OF_A_KUBERNETES_SUBJECT = 3;

    private final IssuerNames ours;
    private final boolean loopbackHttp;

    /**
     * @param ours whose tokens are never exchanged again
     * @param loopbackHttp permits {@code http} to this machine, for development
     */
    SourceForm(IssuerNames ours, boolean loopbackHttp) {
        this.ours = ours;
        this.loopbackHttp = loopbackHttp;
    }

    /** @throws VaultException {@code validation_error} */
    TrustedSource source(TrustDraft draft) {
        return switch (draft.kind()) {
            case "oidc" -> oidc(draft);
            case "aws" -> aws(draft);
            case null, default -> throw VaultException.invalidField("kind", "must be oidc or aws");
        };
    }

    private TrustedSource oidc(TrustDraft draft) {
        refuse("arns", draft.arns(), "oidc");
        refuse("regions", draft.regions(), "oidc");
        String issuer = draft.issuer();
        if (issuer == null) {
            throw VaultException.invalidField("issuer", "is required");
        }
        url("issuer", issuer);
        if (ours.isOurs(issuer)) {
            throw VaultException.invalidField("issuer", "is this service: its tokens are not exchanged again");
        }
        URI jwksUrl = draft.jwksUrl() == null ? null : url("jwks_url", draft.jwksUrl());
        List<ClaimCondition> conditions = conditions(draft.conditions());
        if (conditions.stream().noneMatch(SourceForm::namesAWorkload)) {
            throw VaultException.invalidField(
                    "conditions",
                    "must say which workload is meant, by sub or repository; a pattern must begin with "
                            + PARTS_OF_A_SUBJECT
                            + " whole parts of a sub (3 after system:serviceaccount:), or the owner of a repository: repo:acme/**,"
                            + " system:serviceaccount:prod:*, acme/*");
        }
        return new TrustedSource.Oidc(issuer, jwksUrl, audience(draft.audience()), conditions);
    }

    private URI url(String field, String text) {
        try {
            if (!URL.matcher(text).matches()) {
                throw new IllegalArgumentException("the text has spaces or other characters that URLs do not have");
            }
            URI uri = TokenProperties.uri("URL", text);
            TokenProperties.requireSafe("URL", uri, loopbackHttp);
            if (field.equals("issuer") && uri.getRawQuery() != null) {
                throw new IllegalArgumentException("the URL has a query");
            }
            return uri;
        } catch (IllegalArgumentException unsafe) {
            throw VaultException.invalidField(field, "is refused: " + unsafe.getMessage());
        }
    }

    private static String audience(@Nullable String audience) {
        if (audience == null || !TEXT.matcher(audience).matches()) {
            throw VaultException.invalidField(
                    "audience", "must be 1 to 256 characters of printable ASCII without spaces");
        }
        return audience;
    }

    private static List<ClaimCondition> conditions(@Nullable List<TrustDraft.Condition> drafts) {
        if (drafts == null || drafts.isEmpty() || drafts.size() > MAX_CONDITIONS) {
            throw VaultException.invalidField("conditions", "must be 1 to " + MAX_CONDITIONS + " conditions");
        }
        List<ClaimCondition> conditions = new ArrayList<>();
        for (int i = 0; i < drafts.size(); i++) {
            TrustDraft.Condition draft = drafts.get(i);
            conditions.add(condition("conditions[" + i + "]", draft));
        }
        return conditions;
    }

    private static ClaimCondition condition(String field, TrustDraft.Condition draft) {
        if (draft == null
                || draft.claim() == null
                || !CLAIM.matcher(draft.claim()).matches()) {
            throw VaultException.invalidField(
                    field, "must have a claim: a name, or a JSON pointer such as /kubernetes.io/namespace");
        }
        Object equal = draft.equal();
        String matches = draft.matches();
        if ((equal == null) == (matches == null)) {
            throw VaultException.invalidField(field, "must have one of equals and matches");
        }
        if (matches != null) {
            if (!SegmentGlob.isOne(matches)) {
                throw VaultException.invalidField(
                        field, "must match a pattern of 1 to " + SegmentGlob.MAX_LENGTH + " printable characters");
            }
            return new ClaimCondition.Matching(draft.claim(), new SegmentGlob(matches));
        }
        boolean scalar = equal instanceof Long
                || equal instanceof Boolean
                || (equal instanceof String text
                        && !text.isEmpty()
                        && text.length() <= SegmentGlob.MAX_LENGTH
                        // The database takes neither, and no issuer writes them.
                        && text.codePoints().noneMatch(SourceForm::isNoCharacter));
        if (equal == null || !scalar) {
            throw VaultException.invalidField(
                    field,
                    "must equal a text of 1 to " + SegmentGlob.MAX_LENGTH + " characters, a whole number or a boolean");
        }
        return new ClaimCondition.Exactly(draft.claim(), equal);
    }

    private static boolean namesAWorkload(ClaimCondition condition) {
        boolean subject = condition.claim().equals("sub");
        if (!subject && !condition.claim().equals("repository")) {
            return false;
        }
        return switch (condition) {
            case ClaimCondition.Exactly exactly -> exactly.expected() instanceof String;
            case ClaimCondition.Matching matching ->
                matching.pattern().isLiteral()
                        || matching.pattern().literalParts() >= (subject ? needed(matching.pattern()) : 1);
        };
    }

    private static int needed(SegmentGlob subject) {
        return KUBERNETES.matcher(subject.pattern()).matches() ? PARTS_OF_A_KUBERNETES_SUBJECT : PARTS_OF_A_SUBJECT;
    }

    private static TrustedSource aws(TrustDraft draft) {
        refuse("issuer", draft.issuer(), "aws");
        refuse("jwks_url", draft.jwksUrl(), "aws");
        refuse("conditions", draft.conditions(), "aws");
        return new TrustedSource.Aws(audience(draft.audience()), arns(draft.arns()), regions(draft.regions()));
    }

    private static boolean isNoCharacter(int codePoint) {
        return Character.isISOControl(codePoint) || Character.getType(codePoint) == Character.SURROGATE;
    }

    private static List<SegmentGlob> arns(@Nullable List<String> texts) {
        if (texts == null || texts.isEmpty() || texts.size() > MAX_ARNS) {
            throw VaultException.invalidField("arns", "must be 1 to " + MAX_ARNS + " ARNs");
        }
        List<SegmentGlob> arns = new ArrayList<>();
        for (String text : texts) {
            Matcher arn = ARN.matcher(text);
            boolean named = arn.matches() && "*?/".indexOf(arn.group("name").charAt(0)) < 0;
            if (!named || !SegmentGlob.isOne(text)) {
                throw VaultException.invalidField(
                        "arns",
                        "has an entry that is no ARN of a user, an assumed role or a federated user; patterns may stand in its name only and"
                                + " not begin it: arn:aws:sts::123456789012:assumed-role/deployer/*");
            }
            arns.add(new SegmentGlob(text));
        }
        return arns;
    }

    private static Set<String> regions(@Nullable List<String> texts) {
        if (texts == null || texts.isEmpty()) {
            throw VaultException.invalidField("regions", "must name at least one region");
        }
        Set<String> regions = new LinkedHashSet<>();
        for (String text : texts) {
            if (!AwsRegions.names().contains(text)) {
                throw VaultException.invalidField(
                        "regions", "has an entry that is no region of AWS that is known here");
            }
            regions.add(text);
        }
        return regions;
    }

    private static void refuse(String field, @Nullable Object given, String kind) {
        if (given != null) {
            throw VaultException.invalidField(field, "does not go with the kind " + kind);
        }
    }
}
