package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.audit.merkle.TreeHash;

/**
 * What a tree was at some moment.
 *
 * @param size leaves
 */
public record TreeHead(long size, TreeHash root) {}
