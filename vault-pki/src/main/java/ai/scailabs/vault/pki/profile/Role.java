package ai.scailabs.vault.pki.profile;

/**
 * Which certificates an issuer gives to whom it concerns. What the role says holds for issuing, signing, approved requests and renewals alike ({@link RolePolicy}).
 *
 * @param caId of the issuer, resolved when the role was saved, so that no later renaming changes who signs
 * @param useCsrCommonName whether a signing request's own common name counts
 * @param useCsrSans whether a signing request's own alternative names count; each must be allowed then, or the whole request is refused
 * @param storePrivateKeys whether keys that were made here are kept
 * @param autoRenew whether certificates for such keys are renewed by themselves, unless whoever asks for one says otherwise
 * @param noStore whether certificates are not kept either: nothing to list, and revoked only by whoever shows one
 * @param requireApproval whether only requests that somebody approved get certificates
 * @param maxCertificateBytes of the certificate in DER
 */
public record Role(
        String name,
        String caId,
        AllowedNames names,
        Lifetime lifetime,
        KeyRule key,
        UsageRule usage,
        SubjectRule subject,
        SignatureRule signature,
        boolean useCsrCommonName,
        boolean useCsrSans,
        boolean storePrivateKeys,
        boolean autoRenew,
        boolean noStore,
        boolean requireApproval,
        int maxCertificateBytes) {
    public static final int DEFAULT_MAX_CERTIFICATE_BYTES = 16 * 1024;

    /** With everything that was not said at its default, which allows less rather than more. */
    public static Role of(String name, String caId, AllowedNames names) {
        return new Role(
                name,
                caId,
                names,
                Lifetime.upTo(Lifetime.DEFAULT_MAX_TTL),
                KeyRule.DEFAULT,
                UsageRule.DEFAULT,
                SubjectRule.DEFAULT,
                SignatureRule.DEFAULT,
                true,
                true,
                false,
                false,
                false,
                false,
                DEFAULT_MAX_CERTIFICATE_BYTES);
    }
}
