import { base } from '../../jest.base.mjs';

// The package is CommonJS, because passport-ldapauth requires it; its tests are ES modules and say so by their name.
const [[, transform]] = Object.entries(base.transform);

export default {
  ...base,
  testMatch: ['<rootDir>/test/**/*.test.mts'],
  moduleFileExtensions: ['mts', 'js', 'cjs', 'mjs', 'json', 'node'],
  extensionsToTreatAsEsm: ['.mts'],
  transform: { '^.+\\.mts$': transform },
};
