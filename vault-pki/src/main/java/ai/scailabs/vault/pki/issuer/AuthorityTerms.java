package ai.scailabs.vault.pki.issuer;

/**
 * What can be changed of an authority.
 *
 * @param autoRotate whether its key gives way to another by itself, in time
 */
public record AuthorityTerms(AuthorityUrls urls, boolean autoRotate) {}
