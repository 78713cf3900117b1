import type { Credential } from './credential.ts';
import type { Delivery } from './delivery.ts';
import { documentHash } from './hash.ts';

/** A record's state in 32 hex digits: equal for equal states, so that whoever holds one can say which state they saw. */
export const credentialStamp = (credential: Credential) => stampOf(credential);

/** Without its address: that never changes, and whoever is not told it could guess it by the hash. */
export const deliveryStamp = ({ to: _, ...delivery }: Delivery) => stampOf(delivery);

const stampOf = (record: object) => documentHash(record).slice(0, 32);
