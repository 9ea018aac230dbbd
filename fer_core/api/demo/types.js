/** Names for the parts of the contract that a browser app handles. */
export {};
