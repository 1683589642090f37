export { checkPages } from './page/check-pages.ts';
