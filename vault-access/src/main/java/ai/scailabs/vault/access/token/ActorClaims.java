package ai.scailabs.vault.access.token;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.revocation.Revocation;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import com.nimbusds.jwt.JWTClaimsSet;
import java.text.ParseException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the claims that make an actor. Nothing is trimmed, folded or repaired: a tenant, identity, group, role or scope that is not written exactly in its
 * form makes the whole token invalid, so that no two spellings can mean one name.
 */
final class ActorClaims {
    private static final Pattern SCOPE = Pattern.compile("[!#-\\[\\]-~]{1,128}");
    private static final Pattern ROLE = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");
    private static final String GROUP_PREFIX = "group:";
    private static final int MAX_TEXT = 256;

    private ActorClaims() {}

    /** @throws VaultException {@code token_invalid}, as is a {@link ParseException} */
    static Actor actor(JWTClaimsSet claims) throws ParseException {
        IdentityId identity = identity(claims);
        Instant expiresAt = claims.getExpirationTime().toInstant();
        String tokenId = claims.getJWTID();
        if (tokenId != null && !Revocation.OfTokenId.isTokenId(tokenId)) {
            throw TokenRefusals.invalid("has a malformed jti");
        }
        return new Actor(
                identity,
                subject(claims),
                displayName(claims, identity),
                tenant(claims),
                partner(claims),
                scopes(claims),
                groups(claims),
                roles(claims),
                mfaVerifiedAt(claims),
                expiresAt,
                tokenId,
                null);
    }

    /** {@code sa:<client_id>} for services; for people {@code user:<email>}, or {@code user:<sub>} when there is no e-mail or its owner has not proved it. */
    private static IdentityId identity(JWTClaimsSet claims) throws ParseException {
        String text;
        if (isService(claims)) {
            text = "sa:" + required(claims, "client_id");
        } else {
            String email = claims.getStringClaim("email");
            boolean unproved = Boolean.FALSE.equals(claims.getBooleanClaim("email_verified"));
            text = "user:" + (email == null || unproved ? required(claims, "sub") : email);
        }
        return IdentityId.parse(text).orElseThrow(() -> TokenRefusals.invalid("names no identity of a known form"));
    }

    /** By which its issuer knows a person, also when the identity is called after an e-mail address. */
    private static @Nullable IdentityId subject(JWTClaimsSet claims) throws ParseException {
        String sub = claims.getStringClaim("sub");
        return sub == null || isService(claims)
                ? null
                : IdentityId.parse("user:" + sub).orElse(null);
    }

    private static boolean isService(JWTClaimsSet claims) throws ParseException {
        return "client_credentials".equals(claims.getStringClaim("token_type"));
    }

    static TenantId tenant(JWTClaimsSet claims) throws ParseException {
        return TenantId.parse(required(claims, "tenant_id"))
                .orElseThrow(() -> TokenRefusals.invalid("has a malformed tenant_id"));
    }

    static PartnerId partner(JWTClaimsSet claims) throws ParseException {
        return PartnerId.parse(required(claims, "partner_id"))
                .orElseThrow(() -> TokenRefusals.invalid("has a malformed partner_id"));
    }

    static String required(JWTClaimsSet claims, String name) throws ParseException {
        String value = claims.getStringClaim(name);
        if (value == null) {
            throw TokenRefusals.invalid("lacks " + name);
        }
        return value;
    }

    private static String displayName(JWTClaimsSet claims, IdentityId identity) {
        boolean printable = claims.getClaim("name") instanceof String name
                && !name.isBlank()
                && name.length() <= MAX_TEXT
                && name.codePoints()
                        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
        return printable ? (String) claims.getClaim("name") : identity.value();
    }

    static Set<String> scopes(JWTClaimsSet claims) {
        return exact(texts(claims.getClaim("scope"), "scope", true), SCOPE, "scope");
    }

    private static Set<String> roles(JWTClaimsSet claims) {
        Set<String> roles = new LinkedHashSet<>(texts(claims.getClaim("role"), "role", false));
        roles.addAll(texts(claims.getClaim("roles"), "roles", false));
        return exact(roles, ROLE, "role");
    }

    private static Set<IdentityId> groups(JWTClaimsSet claims) {
        Set<IdentityId> groups = new LinkedHashSet<>();
        for (String name : texts(claims.getClaim("groups"), "groups", false)) {
            String text = name.startsWith(GROUP_PREFIX) ? name : GROUP_PREFIX + name;
            groups.add(IdentityId.parse(text).orElseThrow(() -> TokenRefusals.invalid("has a malformed group")));
        }
        return groups;
    }

    private static Set<String> exact(Set<String> texts, Pattern form, String claim) {
        for (String text : texts) {
            if (!form.matcher(text).matches()) {
                throw TokenRefusals.invalid("has a malformed " + claim);
            }
        }
        return texts;
    }

    /** A string, split at single spaces where the claim is a list by custom (RFC 8693 §4.2), or an array of strings. */
    private static Set<String> texts(@Nullable Object claim, String name, boolean splitAtSpaces) {
        Set<String> texts = new LinkedHashSet<>();
        switch (claim) {
            case null -> {}
            case String text
            when splitAtSpaces -> {
                for (String part : text.split(" ", -1)) {
                    if (!part.isEmpty()) {
                        texts.add(part);
                    }
                }
            }
            case String text -> texts.add(text);
            case List<?> elements -> {
                for (Object element : elements) {
                    if (!(element instanceof String text)) {
                        throw TokenRefusals.invalid("has a malformed " + name);
                    }
                    texts.add(text);
                }
            }
            default -> throw TokenRefusals.invalid("has a malformed " + name);
        }
        return texts;
    }

    /** Seconds since 1970, or ISO 8601 with an offset. */
    private static @Nullable Instant mfaVerifiedAt(JWTClaimsSet claims) {
        try {
            return switch (claims.getClaim("mfa_verified_at")) {
                case null -> null;
                case Number seconds -> Instant.ofEpochSecond(seconds.longValue());
                case String text -> Instant.parse(text);
                default -> throw TokenRefusals.invalid("has a malformed mfa_verified_at");
            };
        } catch (DateTimeException malformed) {
            throw TokenRefusals.invalid("has a malformed mfa_verified_at");
        }
    }
}
